"""The study of rest dynamics: what do friction and adaptation do to replay, at matched temperature?"""
