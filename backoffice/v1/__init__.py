"""S0, the SBM CRM /v1 API (docs/apis/v1.md)."""
