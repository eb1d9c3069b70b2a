using System.Text;
using MobiZO.TrainBench.Profiling;

namespace MobiZO.TrainBench.Tests.Profiling;

public sealed class TraceTests
{
    // As ONNX Runtime 1.29 writes them, with fewer arguments: two runs, the first of which warms up.
    private const string Json = """
        [
        {"cat":"Session","pid":1,"tid":1,"dur":500,"ts":1,"ph":"X","name":"session_initialization","args":{}},
        {"cat":"Node","pid":1,"tid":1,"dur":90,"ts":1005,"ph":"X","name":"a/Gemm_0_kernel_time","args":{"op_name":"Gemm"}},
        {"cat":"Session","pid":1,"tid":1,"dur":100,"ts":1000,"ph":"X","name":"model_run","args":{}},
        {"cat":"Node","pid":1,"tid":1,"dur":0,"ts":2004,"ph":"X","name":"a/Gemm_0_fence_before","args":{"op_name":"Gemm"}},
        {"cat":"Node","pid":1,"tid":1,"dur":40,"ts":2005,"ph":"X","name":"a/Gemm_0_kernel_time","args":{"op_name":"Gemm"}},
        {"cat":"Node","pid":1,"tid":1,"dur":10,"ts":2046,"ph":"X","name":"b/Add_1_kernel_time","args":{"op_name":"Add"}},
        {"cat":"Session","pid":1,"tid":1,"dur":80,"ts":2000,"ph":"X","name":"model_run","args":{}}
        ]
        """;

    [Fact]
    public void Only_the_last_runs_count()
    {
        var trace = Trace.Read(Open(Json), runs: 1);
        Assert.Equal(80, trace.RunMicroseconds);
        Assert.Equal([new TraceEvent("a/Gemm_0", "Gemm", 40), new TraceEvent("b/Add_1", "Add", 10)], trace.Events);
        Assert.Equal(180, Trace.Read(Open(Json), runs: 2).RunMicroseconds);
    }

    [Fact]
    public void Shares_add_up_to_the_run()
    {
        var shares = ProfileShare.Of(Trace.Read(Open(Json), runs: 1), steps: 1, item => item.Operator);
        Assert.Equal(["Gemm", "Add", "between operators"], shares.Select(share => share.Name));
        Assert.Equal([0.5, 0.125, 0.375], shares.Select(share => share.Share));
        Assert.Equal(0.08, shares.Sum(share => share.Milliseconds), 12);
    }

    [Theory]
    [InlineData("{}", 1, "not an array")]
    [InlineData("[", 1, "cannot be read")]
    [InlineData("[]", 1, "holds 0 runs")]
    [InlineData(Json, 3, "holds 2 runs")]
    public void Other_files_are_refused(string json, int runs, string said) =>
        Assert.Contains(said, Assert.Throws<FormatException>(() => Trace.Read(Open(json), runs)).Message, StringComparison.Ordinal);

    private static MemoryStream Open(string json) => new(Encoding.UTF8.GetBytes(json));
}
