"""What the model says about what words mean: relations, choices, rates."""
