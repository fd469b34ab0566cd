"""Backups of tenant databases, by pg_dump and pg_restore, in the archive of ARCHIVE_URL."""

from provisioning.adapters.backups.archive import BackupArchive
from provisioning.adapters.backups.postgres_backups import PostgresBackups

__all__ = ["BackupArchive", "PostgresBackups"]
