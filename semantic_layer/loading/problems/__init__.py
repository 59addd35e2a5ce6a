"""What can be wrong with definitions."""
