"""Parts of HTTP that players have alike: of no platform, and knowing nobody."""
