"""What SciPy, statsmodels and plain definitions answer to cases of our own, as JSON:
    python3 sequential.py > sequential.json && npx oxfmt sequential.json
Tests compare with the stored answers and need no Python."""

import json
import math

from scipy import integrate, optimize
from statsmodels.stats.proportion import proportion_confint


def wilson(successes, n, confidence):
    low, high = proportion_confint(successes, n, alpha=1 - confidence, method="wilson")
    return {"successes": successes, "n": n, "confidence": confidence, "low": low, "high": high}


def sample_ratio(counts, weights, concentration):
    """Person by person: how probable each arm was by those who came before, against how it was intended."""
    shares = [weight / sum(weights) for weight in weights]
    logs = []
    for people, share in zip(counts, shares):
        if people == 0:
            continue
        alpha = concentration * share
        logs += [math.log((alpha + nth) / share) for nth in range(people)]
    logs += [-math.log(concentration + nth) for nth in range(sum(counts))]
    return {
        "counts": counts,
        "weights": weights,
        "concentration": concentration,
        "logBayesFactor": math.fsum(logs),
    }


def log_evidence(total, n, rho, one_sided):
    """The betting capital behind the intervals: a normal mixture over slopes (its upper half when one-sided) of
    exp(slope * total - slope^2 * n / 2), integrated numerically around its peak."""
    precision = n + 1 / rho**2
    middle, width = total / precision, 1 / math.sqrt(precision)
    peak = middle * total / 2

    def density(slope):
        return math.exp(slope * total - slope * slope * precision / 2 - peak)

    start = max(0.0, middle - 12 * width) if one_sided else middle - 12 * width
    found, _ = integrate.quad(density, start, middle + 12 * width, epsabs=0, epsrel=1e-13, limit=200)
    return peak + math.log(found * (2 if one_sided else 1) / (rho * math.sqrt(2 * math.pi)))


def always_valid(control, treatment, side, alpha, tuned_for):
    """Where the evidence against a difference reaches 1 / alpha. One-sided, the paper's closed form lies just outside
    of the exact half mixture, so that one is written out from equation 134, and the exact root stands beside it."""
    (n_a, mean_a, var_a), (n_b, mean_b, var_b) = control, treatment
    n = n_a + n_b
    error = math.sqrt(var_a / n_a + var_b / n_b)
    one_sided = side != "both"
    level = 2 * alpha if one_sided else alpha
    rho = math.sqrt((-2 * math.log(level) + math.log(-2 * math.log(level) + 1)) / tuned_for)
    missing = lambda total: log_evidence(total, n, rho, one_sided) + math.log(alpha)
    root = optimize.brentq(missing, 0, 40 * math.sqrt(n), xtol=1e-12, rtol=1e-14)
    exact = root * error / math.sqrt(n)
    sigma = error * math.sqrt(n)
    closed = sigma * math.sqrt(
        2 * (n * rho**2 + 1) / (n * rho) ** 2 * math.log(1 + math.sqrt(n * rho**2 + 1) / (2 * alpha))
    )
    return {
        "control": {"units": n_a, "mean": mean_a, "variance": var_a},
        "treatment": {"units": n_b, "mean": mean_b, "variance": var_b},
        "side": side,
        "alpha": alpha,
        "tunedFor": tuned_for,
        "reach": closed if one_sided else exact,
        "exactReach": exact,
    }


def always_valid_mean(sample, side, alpha, tuned_for):
    """The same of one sample by itself: a control of which everything is known adds no people and no error."""
    units, mean, variance = sample
    one_sided = side != "both"
    level = 2 * alpha if one_sided else alpha
    rho = math.sqrt((-2 * math.log(level) + math.log(-2 * math.log(level) + 1)) / tuned_for)
    missing = lambda total: log_evidence(total, units, rho, one_sided) + math.log(alpha)
    exact = optimize.brentq(missing, 0, 40 * math.sqrt(units), xtol=1e-12, rtol=1e-14) * math.sqrt(variance) / units
    closed = math.sqrt(variance) * math.sqrt(
        2 * (units * rho**2 + 1) / (units * rho) ** 2 * math.log(1 + math.sqrt(units * rho**2 + 1) / (2 * alpha))
    )
    return {
        "sample": {"units": units, "mean": mean, "variance": variance},
        "side": side,
        "alpha": alpha,
        "tunedFor": tuned_for,
        "reach": closed if one_sided else exact,
        "exactReach": exact,
    }


arms = [
    ((100, 0.3, 0.21), (100, 0.27, 0.1971)),
    ((2500, 0.3, 0.21), (2500, 0.27, 0.1971)),
    ((10000, 0.412, 0.242256), (9800, 0.44, 0.2464)),
    ((1000000, 0.05, 0.0475), (120000, 0.052, 0.049296)),
    ((431, 5321.5, 9.1e6), (502, 5411.25, 8.3e6)),
    ((60, -2.5, 3.75), (4000, -2.25, 1.5)),
]

print(
    json.dumps(
        {
            "wilson": [
                wilson(successes, n, confidence)
                for successes, n in [(0, 1), (1, 1), (0, 20), (3, 20), (20, 20), (1, 1000), (500, 1000), (999, 1000)]
                + [(7, 10000000), (4000000, 10000000)]
                for confidence in (0.8, 0.95, 0.99)
            ],
            "sampleRatios": [
                sample_ratio(*case)
                for case in [
                    ([0, 0], [50, 50], 100),
                    ([1, 0], [50, 50], 100),
                    ([12, 9], [50, 50], 100),
                    ([5000, 4700], [50, 50], 100),
                    ([5000, 4700], [50, 50], 10000),
                    ([10400, 9600], [0.5, 0.5], 100),
                    ([90, 10], [50, 50], 100),
                    ([3100, 3000, 2900], [1, 1, 1], 100),
                    ([9012, 501, 487], [90, 5, 5], 100),
                    ([99900, 90], [99.9, 0.1], 100),
                    ([0, 700], [1, 99], 1),
                    ([500300, 499100], [50, 50], 100),
                    ([3, 0, 8, 5, 1], [10, 10, 40, 30, 10], 100),
                ]
            ],
            "means": [
                always_valid_mean(sample, side, alpha, tuned_for)
                for sample in [(100, 0.05, 0.0475), (5000, 0.08, 0.0736), (250000, 0.3, 0.21), (430, -3.5, 12.25)]
                for side in ("both", "low", "high")
                for alpha, tuned_for in ((0.05, 5000), (0.00003, 1000))
            ],
            "intervals": [
                always_valid(control, treatment, side, alpha, tuned_for)
                for control, treatment in arms
                for side in ("both", "low", "high")
                for alpha, tuned_for in ((0.05, 5000), (0.01, 800))
            ],
        }
    )
)
