"""Ask from Python; TIMELINES_SERVER says where the server is (else 127.0.0.1:8433)."""

from timelines import Client

with Client() as client:
    answer = client.when(loss=0.86, scale="kaplan-webtext2", law="kaplan", algorithms="16mo", budget_usd=1e9)
    low, high = answer.interval(0.8)
    print(f"median {answer.median:.1f}, 80 % {low:.1f} to {high:.1f}")
    print(f"by 2030 {answer.p_by(2030):.2f}, never {answer.p_never:.2f}")
    print(f"from {answer.provenance.posterior} ({answer.posterior.status}), data to {answer.provenance.data_cutoff}")
