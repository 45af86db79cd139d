"""How does infra say that something cannot be done? In one line that tells what to do."""


class InfraError(RuntimeError):
    """Set-up or the private database cannot go on; the text is one line for the person at the terminal."""


class ClusterError(InfraError):
    """The private database cannot be made, started or stopped."""
