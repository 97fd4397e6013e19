"""The score of a density, its gradient of the logarithm, estimated from samples."""

import math

import numpy as np
from jaxtyping import Float

BANDWIDTHS = (0.1, 0.17, 0.28, 0.45)  # in standard deviations of the samples

Points = Float[np.ndarray, "point component"]


def kernel_score(points: Float[np.ndarray, "kernel component"], at: Points) -> Points:
    """Estimate the gradient of the log density at some points, from a Gaussian kernel density of others.

    The bandwidth, and a factor along every principal axis, minimise the score-matching loss (Hyvarinen 2005) at those
    points: kernels that are too wide flatten the score, and ones that are too narrow make it noisy.
    """
    spread, directions = np.linalg.eigh(np.cov(points.T))
    whiten = (directions / np.sqrt(np.maximum(spread, 1e-300))).T
    kernels, places = points @ whiten.T, at @ whiten.T
    best, lowest = np.zeros_like(places), math.inf
    for bandwidth in BANDWIDTHS:
        score, slopes = _gradient(kernels, places, bandwidth**2)
        # Of c times a score s the loss c^2 E s^2 / 2 + c E ds/dx is lowest at c = -E ds/dx / E s^2, along every axis.
        squares, mean_slopes = np.square(score).mean(0), np.minimum(slopes.mean(0), 0)
        sizes = -mean_slopes / np.maximum(squares, 1e-300)
        loss = float((sizes * mean_slopes).sum() / 2)
        if loss < lowest:
            best, lowest = sizes * score, loss
    return np.asarray(best @ whiten)


def _gradient(kernels: Float[np.ndarray, "kernel component"], places: Points, variance: float) -> tuple[Points, Points]:
    """Compute the score of the kernel density along every axis, and the derivative of each along its own axis."""
    scores, slopes = np.empty_like(places), np.empty_like(places)
    for block in np.array_split(np.arange(len(places)), max(1, len(places) // 250)):
        logits = (places[block] @ kernels.T - 0.5 * np.square(kernels).sum(1)) / variance
        logits -= logits.max(1, keepdims=True)
        weights = np.exp(logits, out=logits)
        weights /= weights.sum(1, keepdims=True)
        means = weights @ kernels
        scores[block] = (means - places[block]) / variance  # the mean shift
        slopes[block] = ((weights @ np.square(kernels) - np.square(means)) / variance - 1) / variance
    return scores, slopes


def gaussian_score(points: Float[np.ndarray, "kernel component"], at: Points) -> Points:
    """Compute the score of one Gaussian fitted to the points: what a mere pull to the centre would be."""
    return np.asarray((points.mean(0) - at) @ np.linalg.inv(np.cov(points.T)))
