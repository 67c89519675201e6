"""The rules for Prometheus and the dashboard for Grafana ask for what a server exposes, and lead to the runbook."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.exposed import SCRAPED, asked, balanced, exposed
from tests.house import ROOT

DEPLOY = ROOT / "server" / "deploy"
RULES = DEPLOY / "prometheus-rules.yaml"
CASES = DEPLOY / "prometheus-rules.test.yaml"
RUNBOOK = ROOT / "docs" / "runbook.md"
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))

Rule = dict[str, Any]
GROUPS: list[dict[str, Any]] = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
EVERY: list[Rule] = [rule for group in GROUPS for rule in group["rules"]]
ALERTS = [rule for rule in EVERY if "alert" in rule]
RECORDED = {rule["record"] for rule in EVERY if "record" in rule}
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
SHOWN = [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]]
OF_PROMETHEUS = {"up": SCRAPED}
VARIABLES = {"$__rate_interval": "5m", "$instance": "a", "$job": "timelines"}


def anchors() -> set[str]:
    """The anchors that the runbook's headings have."""
    headings = re.findall(r"^#+ (.+)$", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def wrong(expression: str) -> list[str]:
    """What an expression asks for that nobody exposes."""
    said = [] if balanced(expression) else ["brackets"]
    for name, labels in asked(expression).items():
        if name in RECORDED:
            continue
        known = OF_PROMETHEUS.get(name) or exposed().get(name)
        said += [name] if known is None else [f"{name}{{{label}}}" for label in labels - known - SCRAPED]
    return said


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} here (Debian's package prometheus has it)")
    return found


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.get("alert") or rule["record"])
def test_a_rule_asks_for_what_a_server_exposes(rule: Rule) -> None:
    assert not wrong(rule["expr"])


@pytest.mark.parametrize(("title", "expression"), SHOWN, ids=lambda said: said[:40])
def test_a_panel_asks_for_what_a_server_exposes(title: str, expression: str) -> None:
    assert not wrong(expression), title


def test_what_is_not_exposed_is_noticed() -> None:
    assert wrong("rate(timelines_made_up_total[5m]) > 0") == ["timelines_made_up_total"]
    assert wrong('timelines_ready{colour="red"}') == ["timelines_ready{colour}"]
    assert wrong("sum by (job) (rate(timelines_ready[5m])") == ["brackets"]
    assert not wrong('max by (job) (timelines_fits{state=~"a{2}"}) > 0 unless timelines_ready == 0 or absent(up)')


def test_every_alert_has_words_a_severity_and_a_section_of_the_runbook() -> None:
    assert len(ALERTS) >= 20 and len({rule["alert"] for rule in ALERTS}) == len(ALERTS)
    known = anchors()
    for rule in ALERTS:
        told = rule["annotations"]
        assert rule["labels"]["severity"] in {"critical", "warning", "info"} and len(told["summary"]) > 20
        page, _, anchor = told["runbook"].partition("#")
        assert ROOT / page == RUNBOOK and anchor == rule["alert"].lower()
        assert anchor in known, f"docs/runbook.md has no section {rule['alert']}"


def test_the_runbook_has_a_section_for_no_other_alert() -> None:
    sections = re.findall(r"^### (Timelines\w+)$", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE)
    assert sections == [rule["alert"] for rule in ALERTS]


def test_every_recorded_series_is_used() -> None:
    used = {name for _, expression in SHOWN for name in asked(expression)}
    used |= {name for rule in ALERTS for name in asked(rule["expr"])}
    assert used >= RECORDED


def test_every_alert_has_a_case_in_which_it_fires() -> None:
    expected = set(re.findall(r'alertname="(\w+)"', CASES.read_text(encoding="utf-8")))
    assert expected == {rule["alert"] for rule in ALERTS}


def test_promtool_reads_the_rules() -> None:
    run(tool("promtool"), "check", "rules", str(RULES))


def test_promtool_sees_each_alert_fire_and_none_where_all_is_well() -> None:
    run(tool("promtool"), "test", "rules", str(CASES))


def test_promtool_reads_what_the_runbook_shows_of_its_settings(tmp_path: Path) -> None:
    (shown,) = re.findall(r"^```yaml\n(.*?)^```$", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert yaml.safe_load(shown)["scrape_configs"][0]["job_name"] == "timelines"
    assert yaml.safe_load(shown)["rule_files"] == [RULES.name]
    shutil.copy(RULES, tmp_path)
    (tmp_path / "prometheus.yml").write_text(shown, encoding="utf-8")
    run(tool("promtool"), "check", "config", str(tmp_path / "prometheus.yml"))


def test_promtool_parses_every_panel(tmp_path: Path) -> None:
    promtool = tool("promtool")
    rules = []
    for number, (_, expression) in enumerate(SHOWN):
        for variable, value in VARIABLES.items():
            expression = expression.replace(variable, value)
        rules.append({"record": f"panel:{number}", "expr": expression})
    file = tmp_path / "panels.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), encoding="utf-8")
    run(promtool, "check", "rules", str(file))


def test_the_dashboard_can_be_imported() -> None:
    assert DASHBOARD["uid"] and DASHBOARD["title"] and DASHBOARD["schemaVersion"] >= 36
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids)) and len(PANELS) >= 20
    variables = {one["name"] for one in DASHBOARD["templating"]["list"]}
    text = json.dumps(DASHBOARD["panels"])
    assert set(re.findall(r"\$\{?([a-z]\w*)", text)) == variables == {"datasource", "job", "instance"}
    for panel in PANELS:
        assert panel["description"].endswith(".") and panel["datasource"]["uid"] == "${datasource}"
        assert [target["refId"] for target in panel["targets"]] == sorted({one["refId"] for one in panel["targets"]})


def test_panels_do_not_lie_on_one_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + i, place["y"] + j) for i in range(place["w"]) for j in range(place["h"])}
        assert not cells & taken and place["x"] + place["w"] <= 24, panel["title"]
        taken |= cells
