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

/// <summary>A loaded method.</summary>
internal sealed class MethodHandle() : SafeHandle(0, ownsHandle: true)
{
    private ProgramHandle? _program;

    public override bool IsInvalid => handle == 0;

    /// <summary>Keeps the program open, whose memory the method uses.</summary>
    public void Keep(ProgramHandle program)
    {
        var kept = false;
        program.DangerousAddRef(ref kept);
        _program = kept ? program : null;
    }

    protected override bool ReleaseHandle()
    {
        NativeMethods.Unload(handle);
        _program?.DangerousRelease();
        return true;
    }
}
