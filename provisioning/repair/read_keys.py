"""Keys and address are read from Supabase anew, sealed, and given to the platform."""

from provisioning.provision.ports import At
from provisioning.provision.present_keys import seal_present_keys
from provisioning.repair.republish import republish


async def read_keys(at: At) -> str:
    """Replace what we have by what is so. Safe to repeat."""
    project = await seal_present_keys(at)
    said = f"sealed the present keys of {project.ref}, at {project.address.host}"
    return f"{said}; {await republish(at)}" if at.ports.platform.publishes else said
