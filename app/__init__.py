"""What the city knows: plain Python over data/."""
