// Each test runs a gateway with its models in real time: side by side they would only wait for each other's processor.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
