"""Quality: rules and how they are kept, rejected rows on their way home, sources that disagree."""
