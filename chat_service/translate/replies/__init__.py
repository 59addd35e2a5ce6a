"""How a reading is told: what was assumed, in doubt, or not understood."""
