"""Server-side synchronisation of the stand-in: each `tick` tests mailboxes, sends, tracks what came, notifies."""

from leadwright.sandbox.dynamics import (
    exchange,
    exchange_transport,
    graph_notifications,
    synchronisation_incoming,
    synchronisation_mailboxes,
    synchronisation_outgoing,
)
from leadwright.sandbox.dynamics.dataverse.store import schema_of
from leadwright.sandbox.dynamics.world import World


def tick(world: World) -> None:
    """Everything that is due now. Safe to repeat, and to be killed at any point: the next one goes on.

    Args:
        world: its faults are `fail mailbox test`, `slow mailbox test`, `fail outgoing`, `delay outgoing`,
            `hold sending`, `stay sending`, `delay incoming`, `drop incoming`, `duplicate incoming`, and those of
            delivery.
    """
    schema_of(world)
    exchange.prepare(world)
    synchronisation_mailboxes.test_what_is_queued(world)
    synchronisation_outgoing.send_what_waits(world)
    exchange_transport.run(world)
    synchronisation_incoming.track_what_came(world)
    graph_notifications.notify(world)
