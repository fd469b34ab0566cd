"""In-memory stand-ins for every port, and the `World` that holds one of each.

They keep state to be looked at; nothing here counts on how it is called. What goes wrong is scripted on the
`Wire` that every call passes.
"""

from tests.fakes.world import World, build_ports, new_world

__all__ = ["World", "build_ports", "new_world"]
