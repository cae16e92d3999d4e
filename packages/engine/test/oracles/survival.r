# What R's package survival answers to cases of our own, as JSON:
#   Rscript survival.r > survival.json && npx oxfmt survival.json
# Tests compare with the stored answers and need no R.
suppressMessages(library(survival))

shares <- c(0.1, 0.25, 0.5, 0.75, 0.9, 1)

# Observations are grouped: of `events` people at `time` it happened, `censored` people were last seen then.
observed <- function(time, events, censored) data.frame(time = time, events = events, censored = censored)

people <- function(time, happened) {
  at <- sort(unique(time))
  observed(at, sapply(at, function(t) sum(happened[time == t])), sapply(at, function(t) sum(!happened[time == t])))
}

# One row a person and kind, weighted by how often it stands there.
weighted <- function(data) {
  rows <- rbind(
    data.frame(time = data$time, status = 1, count = data$events),
    data.frame(time = data$time, status = 0, count = data$censored)
  )
  rows[rows$count > 0, ]
}

text <- function(value) {
  if (is.list(value)) {
    parts <- sapply(names(value), function(name) paste0('"', name, '":', text(value[[name]])))
    return(paste0("{", paste(parts, collapse = ","), "}"))
  }
  if (is.character(value)) return(paste0('"', value, '"'))
  numbers <- ifelse(is.na(value), "null", sprintf("%.17g", as.numeric(value)))
  paste0("[", paste(numbers, collapse = ","), "]")
}

listed <- function(parts) paste0("[", paste(parts, collapse = ",\n"), "]")

curve <- function(name, data) {
  rows <- weighted(data)
  fit <- survfit(Surv(time, status) ~ 1, data = rows, weights = count)
  found <- quantile(fit, shares)
  text(list(
    name = name, time = data$time, events = data$events, censored = data$censored, atRisk = fit$n.risk,
    survival = fit$surv, low = fit$lower, high = fit$upper, shares = shares,
    quantile = found$quantile, quantileLow = found$lower, quantileHigh = found$upper
  ))
}

# survdiff takes no weights: each row stands there as often as it counts.
comparison <- function(name, groups) {
  rows <- do.call(rbind, lapply(seq_along(groups), function(index) {
    group <- weighted(groups[[index]])
    data.frame(time = rep(group$time, group$count), status = rep(group$status, group$count), group = index)
  }))
  test <- survdiff(Surv(time, status) ~ group, data = rows)
  parts <- sapply(groups, function(group) text(as.list(group)))
  freedom <- sum(test$exp > 0) - 1
  answer <- text(list(
    chiSquare = test$chisq, degreesOfFreedom = freedom,
    pValue = pchisq(test$chisq, freedom, lower.tail = FALSE)
  ))
  paste0('{"name":"', name, '","groups":', listed(parts), ',"answer":', answer, "}")
}

set.seed(20260615)
hour <- 3600000

journeys <- function(count, mean_hours, seen_hours, step = hour) {
  finish <- rexp(count, 1 / (mean_hours * hour))
  seen <- runif(count, 0, seen_hours * hour)
  people(ceiling(pmin(finish, seen) / step) * step, finish <= seen)
}

middle <- function(bin) exp((bin + 0.5) * log(1.01))
bins <- seq(1500, 2300, by = 20)
crowd <- observed(middle(bins), rpois(length(bins), 40000), rpois(length(bins), 25000))
rare <- observed(c(hour * (1:40)), rep(c(1, 0, 0, 0), 10), rep(c(0, 9, 30, 4), 10))

curves <- c(
  curve("six people, one time each", observed(hour * 1:6, c(1, 1, 0, 1, 0, 1), c(0, 0, 1, 0, 1, 0))),
  curve("ties of events and censorings", observed(hour * c(1, 2, 3, 5), c(2, 3, 0, 4), c(1, 2, 3, 5))),
  curve("everybody gets there", observed(hour * 1:4, rep(1, 4), rep(0, 4))),
  curve("everybody gets there at once", observed(hour, 7, 0)),
  curve("nobody gets there", observed(hour * 1:4, rep(0, 4), rep(1, 4))),
  curve("one person gets there", observed(hour, 1, 0)),
  curve("one person is still on the way", observed(hour, 0, 1)),
  curve("flat at a half", observed(hour * c(1, 2, 3, 4, 8), c(1, 0, 1, 1, 1), c(0, 0, 0, 0, 0))),
  curve("ends flat at a half", observed(hour * c(1, 2, 3, 4, 9), c(1, 1, 0, 0, 0), c(0, 0, 1, 0, 1))),
  curve("flat at a quarter by thirds", observed(hour * 1:12, rep(1, 12), rep(0, 12))),
  curve("something happens at the start", observed(c(0, hour), c(2, 3), c(1, 4))),
  curve("few are left at the end", observed(hour * 1:12, c(9, 9, 9, rep(0, 7), 1, 1), c(rep(0, 3), rep(12, 6), 8, 0, 1))),
  curve("the upper limit rises again", observed(hour * c(1, 4, 10), c(40, 0, 1), c(0, 55, 4))),
  curve("heavily censored", rare),
  curve("a thousand people by the hour", journeys(1000, 40, 120)),
  curve("a thousand people by the day, most still on the way", journeys(1000, 900, 700, 24 * hour)),
  curve("a hundred and twenty people to the millisecond", journeys(120, 10, 30, 1)),
  curve("millions in bins of one percent", crowd)
)

tests <- c(
  comparison("two small groups", list(
    observed(hour * 1:5, c(1, 0, 1, 1, 0), c(0, 1, 0, 0, 1)),
    observed(hour * 2:6, c(1, 1, 0, 0, 1), c(0, 0, 1, 1, 0))
  )),
  comparison("two groups with ties", list(
    observed(hour * c(1, 2, 3), c(4, 2, 1), c(0, 3, 2)),
    observed(hour * c(1, 2, 4), c(1, 5, 2), c(1, 1, 9))
  )),
  comparison("two equal groups", list(
    observed(hour * 1:3, c(2, 1, 1), c(0, 1, 1)),
    observed(hour * 1:3, c(2, 1, 1), c(0, 1, 1))
  )),
  comparison("one group leaves before anything happens", list(
    observed(hour * 1:2, c(0, 0), c(3, 4)),
    observed(hour * 3:6, c(2, 1, 1, 1), c(0, 1, 1, 0)),
    observed(hour * 3:6, c(1, 1, 2, 0), c(2, 0, 0, 3))
  )),
  comparison("nobody of one group gets there", list(
    observed(hour * 1:3, c(3, 2, 2), c(0, 0, 1)),
    observed(hour * 2:4, c(0, 0, 0), c(4, 1, 6))
  )),
  comparison("the last event is of a single person", list(
    observed(hour * c(1, 3), c(1, 1), c(0, 0)),
    observed(hour * 1:2, c(1, 0), c(0, 2))
  )),
  comparison("two groups of five hundred", list(journeys(500, 40, 120), journeys(500, 48, 120))),
  comparison("three groups", list(journeys(150, 40, 90), journeys(200, 60, 90), journeys(180, 42, 90))),
  comparison("five groups", lapply(c(30, 34, 40, 30, 55), function(mean) journeys(120, mean, 60))),
  comparison("two groups far apart", list(journeys(2000, 5, 90), journeys(2000, 20, 90))),
  comparison("three groups far apart", list(journeys(900, 5, 90), journeys(900, 30, 90), journeys(900, 60, 90))),
  comparison("two hundred thousand people", list(
    observed(hour * 1:8, rpois(8, 6000), rpois(8, 6500)), observed(hour * 1:8, rpois(8, 6100), rpois(8, 6400))
  ))
)

freedoms <- rep(c(1, 2, 3, 4, 5, 9, 16, 31, 100), each = 9)
squares <- rep(c(0, 1e-6, 0.5, 3, 17.25, 80, 200, 700, 1300), 9)
tails <- text(list(
  x = squares, degreesOfFreedom = freedoms, pValue = pchisq(squares, freedoms, lower.tail = FALSE)
))

cat('{"curves":', listed(curves), ',\n"comparisons":', listed(tests), ',\n"chiSquareTails":', tails, "}\n", sep = "")
