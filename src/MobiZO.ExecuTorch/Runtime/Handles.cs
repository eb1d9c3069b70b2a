using System.Runtime.InteropServices;

namespace MobiZO.ExecuTorch.Runtime;

/// <summary>An open program. It is closed when the last of its methods is unloaded.</summary>
internal sealed class ProgramHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMethods.Close(handle);
        return true;
    }
}

/// <summary>Data outside of programs. It is let go when the last of the methods that were loaded with it is unloaded.</summary>
internal sealed class WeightsHandle : SafeHandle
{
    public WeightsHandle()
        : base(0, ownsHandle: true) { }

    /// <summary>No data: programs have it in them.</summary>
    public static WeightsHandle None { get; } = new() { handle = 0 };

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMethods.DestroyWeights(handle);
        return true;
    }
}

/// <summary>A loaded method.</summary>
internal sealed class MethodHandle() : SafeHandle(0, ownsHandle: true)
{
    private readonly List<SafeHandle> _kept = [];

    public override bool IsInvalid => handle == 0;

    /// <summary>Keeps what the method uses: its program, its weights.</summary>
    public void Keep(SafeHandle used)
    {
        var kept = false;
        used.DangerousAddRef(ref kept);
        _kept.Add(used);
    }

    protected override bool ReleaseHandle()
    {
        NativeMethods.Unload(handle);
        _kept.ForEach(used => used.DangerousRelease());
        return true;
    }
}
