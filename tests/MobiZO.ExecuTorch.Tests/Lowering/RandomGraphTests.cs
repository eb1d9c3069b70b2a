using MobiZO.ExecuTorch.Delegates;
using MobiZO.ExecuTorch.Format;
using MobiZO.ExecuTorch.Planning;
using MobiZO.ExecuTorch.Runtime;
using MobiZO.ExecuTorch.Tests.Setup;

namespace MobiZO.ExecuTorch.Tests.Lowering;

/// <summary>Random methods: with and without delegates they are sound files, and have the same numbers in the released runtime.</summary>
[Collection(ReleasedRuntimeCollection.Name)]
public sealed class RandomGraphTests : IDisposable
{
    private const int Methods = 60;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ExecuTorchFact]
    public void DelegatesHaveTheNumbersOfTheKernels()
    {
        var delegates = 0;
        for (var seed = 0; seed < Methods; seed++)
        {
            var (plain, _) = Run(seed, withDelegates: false);
            var (delegated, count) = Run(seed, withDelegates: true);
            delegates += count;
            Assert.Equal(plain.Length, delegated.Length);
            foreach (var (expected, found) in plain.Zip(delegated))
            {
                var size = expected.Max(Math.Abs) + 1;
                Assert.All(expected.Zip(found), pair => Assert.InRange((pair.Second - pair.First) / size, -2e-4, 2e-4));
            }
        }

        Assert.InRange(delegates, Methods / 2, Methods * 10);
    }

    private (float[][] Outputs, int Delegates) Run(int seed, bool withDelegates)
    {
        var file = new PteFile();
        var method = RandomGraph.Draw(seed, file);
        if (withDelegates)
        {
            method = Delegation.Apply(file, method);
        }

        MemoryPlanner.Plan(method);
        Assert.Null(MemoryPlanner.FindConflict(method));
        file.Methods.Add(method);
        var path = Path.Combine(_folder.Path, $"{seed}-{withDelegates}.pte");
        using (var stream = File.Create(path))
        {
            PteWriter.Write(file, stream);
        }

        using var opened = ExecuTorchProgramFile.Open(path);
        using var loaded = opened.Load("forward");
        var random = new Random(seed);
        foreach (var (index, input) in method.Inputs.Index())
        {
            loaded.SetInput<float>(index, Enumerable.Range(0, (int)input.Count).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray());
        }

        loaded.Execute();
        float[][] outputs = [.. method.Outputs.Select((_, index) => loaded.Output<float>(index).ToArray())];
        return (outputs, method.Delegates.Count);
    }
}
