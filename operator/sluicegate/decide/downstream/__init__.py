"""How what a dependency can bear is shared out, and when its consumers must stand back. Pure, like all of this room."""
