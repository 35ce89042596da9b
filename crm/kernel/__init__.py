"""What every domain stands on: tenancy, actors, errors, events, tasks, jobs, money, clock. No HTTP, no business."""
