#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Makes the data of examples/tables and examples/series that are no real ones: tables and series of the form of
well-known ones, with the same columns, gaps and difficulties, drawn from formulas that stand here.

usage: examples/made.py [FOLDER]      writes tables/*.csv and series/*.csv there; here when none is given
"""

import math
import os
import random
import sys

FOLDER = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))


def write(name, header, rows):
    with open(os.path.join(FOLDER, name), "w", encoding="utf-8", newline="\n") as file:
        for row in [header, *rows]:
            print(*row, sep=",", file=file)


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def diabetes(draw):
    """768 women: the form of the Pima data, numbers alone, 0 or 1 last."""
    for _ in range(768):
        age = round(21 + draw.expovariate(1 / 12.0))
        bmi, glucose = round(draw.gauss(32, 7), 1), round(draw.gauss(120, 30))
        pregnancies = min(13, int(draw.expovariate(1 / 3.5)))
        pedigree = round(0.1 + draw.expovariate(1 / 0.37), 3)
        pressure, skin, insulin = (
            round(draw.gauss(70, 12)),
            round(draw.gauss(26, 9)),
            round(max(0, draw.gauss(100, 80))),
        )
        risk = (
            0.05 * (glucose - 128)
            + 0.1 * (bmi - 34)
            + 0.04 * (age - 36)
            + 1.2 * (pedigree - 0.5)
            + draw.gauss(0, 0.8)
        )
        yield pregnancies, glucose, pressure, skin, insulin, bmi, pedigree, age, int(draw.random() < sigmoid(risk))


def cars(draw):
    """398 cars: the form of auto-mpg. The horsepower of six is not known, the origin is text."""
    for i in range(398):
        cylinders = draw.choice([4, 4, 4, 6, 6, 8])
        displacement = round(cylinders * draw.gauss(31, 5))
        horsepower = round(0.45 * displacement + draw.gauss(30, 10))
        weight = round(1300 + 8 * displacement + draw.gauss(0, 180))
        acceleration, year = round(22 - horsepower / 18 + draw.gauss(0, 1.2), 1), 70 + i * 13 // 398
        origin = "USA" if cylinders == 8 else draw.choice(["USA", "Europe", "Japan"])
        miles = (
            44
            - 0.0075 * weight
            - 0.02 * horsepower
            + 0.65 * (year - 70)
            + {"USA": 0, "Europe": 1.5, "Japan": 3}[origin]
        )
        yield (
            round(max(8.0, miles + draw.gauss(0, 2)), 1),
            cylinders,
            displacement,
            "?" if i % 66 == 32 else horsepower,
            weight,
            acceleration,
            year,
            origin,
        )


def passengers(draw):
    """891 passengers: the form of the Titanic's list, with text, unknown ages and two without a port."""
    for i in range(891):
        grade, sex = draw.choices([1, 2, 3], [24, 21, 55])[0], draw.choices(["male", "female"], [65, 35])[0]
        age = None if draw.random() < 0.2 else round(max(0.5, draw.gauss({1: 38, 2: 30, 3: 25}[grade], 14)), 1)
        fare = round(math.exp(draw.gauss({1: 4.1, 2: 2.9, 3: 2.3}[grade], 0.5)), 2)
        port = "" if i in (61, 829) else draw.choices(["S", "C", "Q"], [72, 19, 9])[0]
        siblings, parents = draw.choices([0, 1, 2, 3], [68, 23, 6, 3])[0], draw.choices([0, 1, 2], [76, 13, 11])[0]
        score = (
            {"male": -1.6, "female": 1.3}[sex]
            + {1: 1, 2: 0.1, 3: -0.6}[grade]
            - 0.02 * ((age or 29) - 29)
            - 0.3 * siblings
        )
        yield (
            i + 1,
            int(draw.random() < sigmoid(1.3 * score)),
            grade,
            f'"Passenger, No. {i + 1}"',
            sex,
            "" if age is None else age,
            siblings,
            parents,
            fare,
            port,
        )


def flowers(draw):
    """150 flowers in the order of their species: means and deviations are those of Fisher's irises."""
    for name, means, deviations in (
        ("setosa", (5.01, 3.43, 1.46, 0.25), (0.35, 0.38, 0.17, 0.11)),
        ("versicolor", (5.94, 2.77, 4.26, 1.33), (0.52, 0.31, 0.47, 0.20)),
        ("virginica", (6.59, 2.97, 5.55, 2.03), (0.64, 0.32, 0.55, 0.27)),
    ):
        for _ in range(50):
            size = draw.gauss(0, 1)  # large flowers are large in all
            yield (
                *(
                    round(max(0.1, m + d * (0.8 * size + 0.6 * draw.gauss(0, 1))), 1)
                    for m, d in zip(means, deviations)
                ),
                name,
            )


def weather(draw):
    """125 days, an hour a row: waves of a year and a day, pressure that wanders, and the temperature of these."""
    pressure, front = 1013.0, 0.0
    for hour in range(3000):
        pressure += 0.02 * (1013 - pressure) + draw.gauss(0, 0.6)
        front = 0.97 * front + draw.gauss(0, 0.5)
        day = math.sin(2 * math.pi * (hour % 24 - 9) / 24)
        temperature = 9 + 8 * math.sin(2 * math.pi * hour / 8760) + 4 * day + front + 0.15 * (pressure - 1013)
        yield (
            f"2023-{4 + hour // 720:02d}-{hour % 720 // 24 + 1:02d} {hour % 24:02d}:00",
            round(temperature, 2),
            round(pressure, 1),
            round(min(100, max(15, 70 - 12 * day - 2 * front + draw.gauss(0, 4))), 1),
        )


def activity(draw):
    """An accelerometer at 20 Hz: three axes, and what is being done, in turns of 5 to 15 seconds."""
    kinds = {"rest": (0, 0.05), "walk": (1.8, 0.35), "run": (2.9, 0.9), "stairs": (1.4, 0.5)}
    rows, phase = 0, 0.0
    while rows < 6000:
        kind = draw.choice(list(kinds))
        rate, size = kinds[kind]
        rate *= draw.uniform(0.9, 1.1)
        for _ in range(draw.randint(100, 300)):
            phase += 2 * math.pi * rate / 20
            lift = 0.4 * size if kind == "stairs" else 0
            yield (
                round(size * math.sin(phase) + draw.gauss(0, 0.08), 3),
                round(0.5 * size * math.sin(phase / 2) + draw.gauss(0, 0.08), 3),
                round(1 + lift * math.cos(2 * phase) + size * math.cos(phase) * 0.7 + draw.gauss(0, 0.08), 3),
                kind,
            )
            rows += 1


def reviews(draw):
    """1200 reviews, words as 1 to 99: 20 to 39 praise, 40 to 59 blame, 3 is "not" and turns what follows."""
    for _ in range(1200):
        good, words = draw.random() < 0.5, []
        for _ in range(draw.randint(4, 40)):
            kind = draw.random()
            praise = (draw.random() < 0.85) == good
            if kind < 0.35:
                turned = draw.random() < 0.15
                words += ([3] if turned else []) + [
                    draw.randint(20, 39) if praise != turned else draw.randint(40, 59)
                ]
            else:
                words.append(draw.choice([1, 2, *range(4, 20), *range(60, 100)]))
        yield words[:60], int(good)


if __name__ == "__main__":
    write(
        "tables/diabetes.csv",
        ("pregnancies", "glucose", "pressure", "skin", "insulin", "bmi", "pedigree", "age", "outcome"),
        diabetes(random.Random(1)),
    )
    write(
        "tables/cars.csv",
        ("mpg", "cylinders", "displacement", "horsepower", "weight", "acceleration", "year", "origin"),
        cars(random.Random(2)),
    )
    write(
        "tables/passengers.csv",
        ("id", "survived", "class", "name", "sex", "age", "siblings", "parents", "fare", "port"),
        passengers(random.Random(3)),
    )
    write(
        "tables/flowers.csv",
        ("sepal_length", "sepal_width", "petal_length", "petal_width", "species"),
        flowers(random.Random(6)),
    )
    write("series/weather.csv", ("time", "temperature", "pressure", "humidity"), weather(random.Random(4)))
    made = list(reviews(random.Random(7)))
    with open(os.path.join(FOLDER, "series/reviews.jsonl"), "w", encoding="utf-8", newline="\n") as lines:
        print(*(words for words, _ in made), sep="\n", file=lines)
    write("series/reviews.csv", ("good",), ([good] for _, good in made))
    write("series/activity.csv", ("x", "y", "z", "activity"), activity(random.Random(5)))
