# SPDX-License-Identifier: MIT-0
"""A format of tests that, with the parameter times, also says how many CPU seconds each took, with all processes that
it started."""
import resource

import lit.Test


def cpu_seconds():
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


class TimedFormat:
    def __init__(self, format):
        self.format = format

    def getTestsInDirectory(self, *where):
        return self.format.getTestsInDirectory(*where)

    def getTestsForPath(self, *where):
        return self.format.getTestsForPath(*where)

    def execute(self, test, lit_config):
        if lit_config.params.get("times", "0") == "0":
            return self.format.execute(test, lit_config)
        before = cpu_seconds()
        result = self.format.execute(test, lit_config)
        if not isinstance(result, lit.Test.Result):
            result = lit.Test.Result(*result)
        result.addMetric("cpu_seconds", lit.Test.RealMetricValue(cpu_seconds() - before))
        return result
