"""Who vouches for people: one interface for every provider of identities (s2 §B3).

`vouched_for` takes what an app was given by Google, Apple, Facebook, MW4 or any other OpenID provider, and returns whom
that vouches for, or raises TokenRefused. It asks others over the network: never inside a transaction.
"""

from crm.contacts.providers.oidc import Proof, Vouched, vouched_for

__all__ = ["Proof", "Vouched", "vouched_for"]
