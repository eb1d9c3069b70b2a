using MobiZO.ExecuTorch.Format;
using MobiZO.ExecuTorch.Lowering;
using MobiZO.ExecuTorch.Planning;
using MobiZO.ExecuTorch.Runtime;
using MobiZO.ExecuTorch.Tests.Setup;

namespace MobiZO.ExecuTorch.Tests.Runtime;

/// <summary>A file of more than 2 GB, most of which is a hole that takes no disk.</summary>
[Collection(ReleasedRuntimeCollection.Name)]
public sealed class LargeFileTests : IDisposable
{
    private const long Hole = 3L << 30;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ExecuTorchFact]
    public void ConstantsBehindTwoGigabytesAreRead()
    {
        var file = new PteFile();
        var method = new PteMethod("forward");
        var graph = new PteGraph(file, method);
        var input = graph.Input(PteType.Float32, 3);
        file.Constants.Add(new PteConstant(Hole, stream => stream.Seek(Hole, SeekOrigin.Current)));
        var behind = graph.Constant([10, 20, 30f], 3);
        graph.Output(graph.Add(input, behind));
        MemoryPlanner.Plan(method);
        file.Methods.Add(method);
        var path = Path.Combine(_folder.Path, "large.pte");
        using (var stream = File.Create(path))
        {
            PteWriter.Write(file, stream);
        }

        Assert.InRange(new FileInfo(path).Length, Hole, Hole + 100_000);
        using var opened = ExecuTorchProgramFile.Open(path);
        using var loaded = opened.Load("forward");
        loaded.SetInput<float>(0, new float[] { 1, 2, 3 });
        loaded.Execute();
        Assert.Equal([11, 22, 33], loaded.Output<float>(0).ToArray());
    }
}
