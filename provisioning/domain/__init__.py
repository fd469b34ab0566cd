"""What the control plane talks about: small frozen types and pure rules, no input or output."""
