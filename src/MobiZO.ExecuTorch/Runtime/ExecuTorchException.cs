using System.Text;

namespace MobiZO.ExecuTorch.Runtime;

/// <summary>
/// ExecuTorch's library is missing, or it refused a file, a method or a tensor. The message names the file and what was tried, and says
/// what the runtime said.
/// </summary>
public sealed class ExecuTorchException : Exception
{
    /// <summary>Creates the exception with its message.</summary>
    public ExecuTorchException(string message)
        : base(message) { }

    /// <summary>Creates the exception with its message and its cause.</summary>
    public ExecuTorchException(string message, Exception inner)
        : base(message, inner) { }

    private ExecuTorchException(string message, int code)
        : base(message) => Code = code;

    /// <summary>The runtime's error code, as in its <c>error.h</c>; 0 when the runtime was not asked.</summary>
    public int Code { get; }

    /// <summary>Turns the answer of a call into an exception when it is none of success.</summary>
    /// <param name="code">What the call returned.</param>
    /// <param name="error">The text that it wrote, ended by 0.</param>
    /// <param name="place">The file, and the method if there is one.</param>
    /// <param name="advice">What to do, a sentence; may be empty.</param>
    internal static void ThrowIfFailed(int code, ReadOnlySpan<byte> error, string place, string advice = "")
    {
        if (code == 0)
        {
            return;
        }

        var end = error.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(end < 0 ? error : error[..end]).TrimEnd('.', '\n', ' ');
        throw new ExecuTorchException($"{place}: {text}. {advice}".TrimEnd(), code);
    }
}
