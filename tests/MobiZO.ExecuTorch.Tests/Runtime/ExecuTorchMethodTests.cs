using MobiZO.ExecuTorch.Runtime;
using MobiZO.ExecuTorch.Tests.Setup;

namespace MobiZO.ExecuTorch.Tests.Runtime;

/// <summary>Small programs run in the released runtime.</summary>
[Collection(ReleasedRuntimeCollection.Name)]
public sealed class ExecuTorchMethodTests
{
    private static readonly float[] s_a = [1, 2, 3, 4, 5, 6];
    private static readonly float[] s_b = [1, 0, 0, 1, 2, -1];

    // a [2, 3] times b [3, 2].
    private static readonly float[] s_product = [7, -1, 16, -1];

    [ExecuTorchFact]
    public void The_library_says_what_it_has()
    {
        var library = ExecuTorchLibrary.Require();
        Assert.InRange(library.Kernels, 100, 5000);
        Assert.InRange(library.Backends, 1, 100);
        Assert.True(library.HasXnnpack);
        Assert.Same(library, ExecuTorchLibrary.Require());
    }

    [ExecuTorchFact]
    public void A_program_says_its_methods_inputs_and_outputs()
    {
        using var program = ExecuTorchProgramFile.Open(Programs.MmAdd);
        Assert.Equal(["forward"], program.Methods);
        using var method = program.Load("forward");
        Assert.Equal(
            ["Float32 [2, 3], 24 bytes", "Float32 [3, 2], 24 bytes", "Float32 [2, 2], 16 bytes"],
            method.Inputs.Select(input => input.ToString())
        );
        Assert.Equal([false, true, false], method.Inputs.Select(input => input.IsPlanned));
        Assert.Equal(["Float32 [2, 2], 16 bytes", "Float32 [2, 2], 16 bytes"], method.Outputs.Select(output => output.ToString()));
    }

    [ExecuTorchFact]
    public void Portable_kernels_compute_and_write_into_memory_of_the_caller()
    {
        using var program = ExecuTorchProgramFile.Open(Programs.MmAdd);
        using var method = program.Load("forward");
        float[] state = [1, 1, 1, 1];
        method.SetInput<float>(0, s_a);
        method.SetInput<float>(1, s_b);
        method.SetInput<float>(2, state);
        method.Execute();
        Assert.Equal([17, 19, 46, 39], method.Output<float>(0).ToArray());
        Assert.Equal([8, 0, 17, 0], state);
        Assert.Equal(state, method.Output<float>(1).ToArray());
        Assert.Contains("Input 1 of method 'forward'", Assert.Throws<ExecuTorchException>(method.Execute).Message);
        method.SetInput<float>(1, s_b);
        method.Execute();
        Assert.Equal([15, -1, 33, -1], state);
    }

    [ExecuTorchFact]
    public void Inputs_without_memory_of_their_own_are_seen_to_change_and_planned_ones_are_copies()
    {
        using var program = ExecuTorchProgramFile.Open(Programs.MmAdd);
        using var method = program.Load("forward");
        float[] a = [.. s_a];
        float[] b = [.. s_b];
        method.SetInput<float>(0, a);
        method.SetInput<float>(1, b);
        method.SetInput<float>(2, new float[4]);
        b.AsSpan().Fill(1000);
        a[0] = 2;
        method.Execute();
        Assert.Equal([10 + s_product[0] + 1, 20 + s_product[1], 30 + s_product[2], 40 + s_product[3]], method.Output<float>(0).ToArray());
    }

    [ExecuTorchFact]
    public void A_delegate_of_xnnpack_computes()
    {
        using var program = ExecuTorchProgramFile.Open(Programs.XnnpackLinear);
        using var method = program.Load("forward");
        method.SetInput<float>(0, new float[] { 1, 1, 1, 1, 1, 0, 0, 0, 0, 2, 0, -1 });
        method.Execute();
        Assert.Equal([10, 1.5f, 1, -1, 0, -1], method.Output<float>(0).ToArray());
    }

    [ExecuTorchFact]
    public void Threads_are_set_while_no_method_is_loaded()
    {
        var library = ExecuTorchLibrary.Require();
        library.SetThreads(1);
        library.SetThreads(2);
        using var program = ExecuTorchProgramFile.Open(Programs.XnnpackLinear);
        using (program.Load("forward"))
        {
            var loaded = Assert.Throws<ExecuTorchException>(() => library.SetThreads(1));
            Assert.Contains("while a method is loaded (Error::InvalidState, 0x2)", loaded.Message);
        }

        library.SetThreads(1);
        Assert.Contains("a pool of 0 threads", Assert.Throws<ExecuTorchException>(() => library.SetThreads(0)).Message);
    }

    [ExecuTorchFact]
    public void A_method_outlives_its_closed_file()
    {
        ExecuTorchMethod method;
        using (var program = ExecuTorchProgramFile.Open(Programs.XnnpackLinear))
        {
            method = program.Load("forward");
        }

        using (method)
        {
            method.SetInput<float>(0, new float[12]);
            method.Execute();
            Assert.Equal(new float[6], method.Output<float>(0).ToArray());
        }

        Assert.Throws<ObjectDisposedException>(method.Execute);
    }

    [ExecuTorchFact]
    public void Methods_of_one_file_have_memory_of_their_own()
    {
        using var program = ExecuTorchProgramFile.Open(Programs.XnnpackLinear);
        using var first = program.Load("forward");
        using var second = program.Load("forward");
        first.SetInput<float>(0, Enumerable.Repeat(1f, 12).ToArray());
        second.SetInput<float>(0, new float[12]);
        first.Execute();
        second.Execute();
        Assert.Equal([10, 1.5f, 10, 1.5f, 10, 1.5f], first.Output<float>(0).ToArray());
    }

    [ExecuTorchFact]
    public void Values_that_do_not_fit_are_refused()
    {
        using var program = ExecuTorchProgramFile.Open(Programs.MmAdd);
        using var method = program.Load("forward");
        string Message(Action act) => Assert.Throws<ExecuTorchException>(act).Message;
        var place = $"of method 'forward' of ExecuTorch program {Programs.MmAdd}";
        Assert.Equal(
            $"Input 0 {place} is Float32 [2, 3], 24 bytes, and 20 bytes were given.",
            Message(() => method.SetInput<float>(0, new float[5]))
        );
        Assert.Contains("elements of type Int32", Message(() => method.SetInput<int>(0, new int[6])));
        Assert.Contains("There is no input 3 in method 'forward'", Message(() => method.SetInput<float>(3, new float[6])));
        Assert.Equal($"Input 0 {place} is not set. It is Float32 [2, 3], 24 bytes.", Message(method.Execute));
        Assert.Contains("There is no output -1", Message(() => method.Output<float>(-1)));
    }
}
