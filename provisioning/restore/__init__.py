"""A tenant made anew from its archive: a new project, the old data, the same address where it is its own."""
