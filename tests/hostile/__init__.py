"""What strangers send to do harm; docs/hostile-input.md says which test holds which bar."""
