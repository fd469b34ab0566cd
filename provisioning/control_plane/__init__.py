"""The one door: every surface calls these verbs with the same validation, the same roles and the same audit."""

from provisioning.control_plane.door import ControlPlane

__all__ = ["ControlPlane"]
