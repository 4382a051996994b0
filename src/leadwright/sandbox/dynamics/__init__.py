"""A stand-in for a Dynamics 365 organisation on loopback: Entra, Dataverse, Graph and Exchange. For rehearsals only."""
