"""A person's action → mention, events, outbox: everything that a click may do, each in one transaction.

Each action returns the card as it stands afterwards and raises `Refused` with a sentence for the person. `act` is what they
all stand on; the other files hold one kind of action each.
"""
