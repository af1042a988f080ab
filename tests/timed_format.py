# SPDX-License-Identifier: MIT-0
"""A format of tests that, with the parameter times, also says how many CPU seconds each took, with all processes that
it started. Where lit does not know yet how long tests take, those that say that they are slow come first: else one of
them would run at the end, alone."""
import re
import resource

import lit.Test


def cpu_seconds():
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def slow_first(test):
    """lit begins with the tests that took longest."""
    if not test.previous_elapsed:
        with open(test.getSourcePath(), errors="replace") as file:
            test.previous_elapsed = 60 if re.search("^# REQUIRES:.*slow", file.read(), re.M) else 0
    return test


class TimedFormat:
    def __init__(self, format):
        self.format = format

    def getTestsInDirectory(self, *where):
        return map(slow_first, self.format.getTestsInDirectory(*where))

    def getTestsForPath(self, *where):
        return map(slow_first, self.format.getTestsForPath(*where))

    def execute(self, test, lit_config):
        if lit_config.params.get("times", "0") == "0":
            return self.format.execute(test, lit_config)
        before = cpu_seconds()
        result = self.format.execute(test, lit_config)
        if not isinstance(result, lit.Test.Result):
            result = lit.Test.Result(*result)
        result.addMetric("cpu_seconds", lit.Test.RealMetricValue(cpu_seconds() - before))
        return result
