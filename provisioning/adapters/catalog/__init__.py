"""What a tenant's database consists of besides its rows, read one way for backups and for drift."""
