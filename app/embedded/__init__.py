"""The servers brought along, and the supervisor that keeps everything running."""
