"""The pipeline of the guide (14.2): eight steps, a file each, and the runs that repeat parts of it."""
