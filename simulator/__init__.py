"""A tax bureau one can rehearse with: plane L (乐企) over real HTTP, and `/_sim` to seed, move and disturb it."""
