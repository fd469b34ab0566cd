"""What a diagnosis proposes and no other verb does: one repair at a time, each looked at before and verified after."""
