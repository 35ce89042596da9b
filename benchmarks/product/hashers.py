from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """The product's own hasher at a cost that lets what stands around it be seen."""

    time_cost = 1
    memory_cost = 64
    parallelism = 1
