"""East, north and up from several lines of sight, as a study."""
