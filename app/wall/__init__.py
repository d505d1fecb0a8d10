"""The wall: scenes, who steers them, and what each panel is told."""
