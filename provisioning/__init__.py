"""The control plane: what a tenant is, how one is made, and who may ask for it. Knows no Slack."""
