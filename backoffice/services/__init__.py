"""S1, the five SBM CRM services (docs/apis/services.md)."""
