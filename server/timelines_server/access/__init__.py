"""Who may call what, how often, over what: scopes, tokens, quotas, TLS, all read again when their files change."""
