// Every test here uses both cores for minutes: side by side they would only slow each other down.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
