"""What a file is: its kind, its form under DN-5.3, its signatures. No session, no clock, nothing written but itself."""
