namespace MobiZO.Text.Tests.Tokenizers.Peers;

/// <summary>A theory that asks the Rust library; skipped with the reason where its native library is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PeerTheoryAttribute : TheoryAttribute
{
    public PeerTheoryAttribute() => Skip = RustTokenizer.WhyAbsent;
}
