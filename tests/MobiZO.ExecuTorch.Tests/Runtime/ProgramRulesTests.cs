using MobiZO.ExecuTorch.Format;
using MobiZO.ExecuTorch.Lowering;
using MobiZO.ExecuTorch.Planning;
using MobiZO.ExecuTorch.Runtime;

namespace MobiZO.ExecuTorch.Tests.Runtime;

/// <summary>Files whose offsets are sound and whose numbers name what is not there.</summary>
public sealed class ProgramRulesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ASoundFilePasses() => Check(_ => { });

    [Theory]
    [InlineData("planned bytes", "memory")]
    [InlineData("is entry 9 of", "constant")]
    [InlineData("is value 999 of", "argument")]
    [InlineData("calls kernel 7 of", "kernel")]
    [InlineData("calls delegate 3 of", "delegate")]
    [InlineData("methods named 'forward'", "twice")]
    [InlineData("first values of", "state")]
    [InlineData("has no method", "empty")]
    [InlineData("an input or output of", "output")]
    public void WhatIsBrokenIsSaid(string expected, string kind)
    {
        var error = Assert.Throws<ExecuTorchException>(() => Check(file => Break(file, kind)));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static void Break(PteFile file, string kind)
    {
        var method = file.Methods[0];
        switch (kind)
        {
            case "memory":
                method.ArenaBytes = 16;
                break;
            case "constant":
                method.Tensors.First(tensor => tensor.Kind == PteTensorKind.Constant).Data = 9;
                break;
            case "argument":
                method.Instructions[0] = method.Instructions[0] with { Arguments = [999] };
                break;
            case "kernel":
                method.Instructions[0] = method.Instructions[0] with { Operator = 7 };
                break;
            case "delegate":
                method.Instructions[0] = new PteInstruction(-1, 3, []);
                break;
            case "twice":
                file.Methods.Add(method);
                break;
            case "state":
                file.States[0] = PteConstant.Of(new byte[4]);
                break;
            case "output":
                method.Outputs[0].Place = 500;
                break;
            default:
                file.Methods.Clear();
                break;
        }
    }

    private void Check(Action<PteFile> change)
    {
        var file = new PteFile();
        var method = new PteMethod("forward");
        var graph = new PteGraph(file, method);
        var state = graph.State(new float[6], 2, 3);
        var sum = graph.Add(graph.Add(graph.Input(PteType.Float32, 2, 3), state), graph.Constant([1, 2, 3, 4, 5, 6f], 2, 3));
        graph.Output(sum);
        graph.Store(sum, state);
        MemoryPlanner.Plan(method);
        file.Methods.Add(method);
        change(file);
        var path = Path.Combine(_folder.Path, "program.pte");
        using (var stream = File.Create(path))
        {
            PteWriter.Write(file, stream);
        }

        ProgramFileCheck.Check(path);
    }
}
